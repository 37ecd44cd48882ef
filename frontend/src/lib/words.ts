import { m } from '$messages';
import type { Problem } from './api/problem';
import { day, moment, money } from './format';
import { named } from './place';

const all = m as unknown as Record<string, ((inputs: Record<string, unknown>) => string) | undefined>;

/**
 * The word for a value that the service chose (a state, a rule, a reason): the
 * message `<kind>_<value>`, or the value itself where the pages have no word.
 * Kinds that are looked up this way are listed in DYNAMIC.
 */
export function word(kind: Kind, value: string, inputs: Record<string, unknown> = {}): string {
	return all[`${kind}_${value.replaceAll('-', '_')}`]?.(inputs) ?? value;
}

/** The families of messages that are looked up by a value of the service. */
export const DYNAMIC = ['error', 'role', 'state', 'notice', 'need', 'reveal', 'handling', 'measure', 'window', 'on_fail', 'rule', 'step', 'outcome', 'why', 'agreed', 'payer', 'bill', 'method', 'on_fail_choice', 'rule_choice', 'kind', 'line', 'ask', 'at_once', 'claim', 'bearer', 'share', 'share_hint', 'leftover', 'entry', 'cause', 'account', 'declined', 'pace', 'party'] as const;
export type Kind = (typeof DYNAMIC)[number];

/** The numbers and words of a sentence as people read them: moments, amounts, states. */
function readable(params: Record<string, unknown>): Record<string, unknown> {
	const amounts = ['most', 'overpaid', 'outstanding'];
	const say = (name: string, value: unknown) => {
		if (name === 'state' && typeof value === 'string') return word('state', value);
		if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)) return moment(value);
		if (typeof value === 'number' && typeof params.currency === 'string' && amounts.includes(name)) return money(value, params.currency);
		if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) return day(value + 'T12:00');
		return value;
	};
	const said = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, say(name, value)]));
	if (typeof params.name_zh === 'string') said.name = named({ name_zh: params.name_zh, name_en: String(params.name_en ?? '') });
	return said;
}

/** What somebody is told, in the reader's language. */
export const noticeText = (kind: string, params: Record<string, unknown>) => word('notice', kind, { ...readable(params), packs: measure(Number(params.units ?? 0), 'pack'), lacking: measure(Number(params.missing ?? 0), 'pack') });

/** A problem in the reader's language; the service's English sentence where a code has no translation. */
export function problemText(p: Problem): string {
	const message = all[`error_${p.code}`];
	if (message) return message(readable(p.params));
	return p.detail || m.error_internal();
}

const measures = ['pack', 'tray', 'bag', 'case', 'bottle', 'box'];

/** A quantity with the word for its unit: 3 packs, 3包. */
export function measure(n: number, unit: string): string {
	return word('measure', measures.includes(unit) ? unit : 'pack', { n });
}

/** Why some units were not served, with the numbers behind it. */
export function why(code: string, units: string, numbers: Record<string, number>, currency: string): string {
	const inputs = { short: 0, minimum: 0, wanted: 0, available: 0, limit: 0, ...numbers };
	const amounts = {
		price: money(numbers.unit_price ?? 0, currency), limit_price: money(numbers.cap ?? 0, currency),
		cost: money(numbers.cost ?? 0, currency), short_money: money(numbers.short ?? 0, currency)
	};
	if (code === 'gate_full' && numbers.trips) return word('why', 'gate_trips', { ...inputs, units });
	if (code === 'gate_full') Object.assign(inputs, { limit: Math.floor(inputs.limit / 1000), short: Math.ceil(inputs.short / 1000) });
	return word('why', code, { ...inputs, ...amounts, units }).trim();
}
