import { half } from './format';

/** Degrees as a map shows them, in micro-degrees; null where it is no number up to the limit. */
export function microDegrees(typed: string, limit: number): number | null {
	const n = Number(half(typed).trim().replace(/°$/, ''));
	return typed.trim() !== '' && Math.abs(n) <= limit ? Math.round(n * 1e6) : null;
}

/** Micro-degrees as a person would type them. */
export const degrees = (micro: number) => String(micro / 1e6);
