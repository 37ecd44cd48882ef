import { locale } from './locale';

/** Minor units of a currency as people write them: 1880 CNY is ¥18.80. */
export function money(minor: number, currency = 'CNY'): string {
	return new Intl.NumberFormat(locale(), { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(minor / 100);
}

/** What a person typed as an amount, in minor units; null where it is none. */
export function minorOf(typed: string): number | null {
	const match = /^\s*[¥￥]?\s*(\d{1,9})(?:[.．](\d{1,2}))?\s*$/.exec(half(typed));
	if (!match) return null;
	return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

/** Minor units as a person would type them: 1880 is 18.80. */
export function typedOf(minor: number): string {
	return minor % 100 === 0 ? String(minor / 100) : (minor / 100).toFixed(2);
}

/** Full-width digits and points as their plain forms. */
export function half(s: string): string {
	return s.replace(/[０-９．]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));
}

export const number = (n: number) => new Intl.NumberFormat(locale()).format(n);

/** A moment in the reader's own time: today shows the hour, other days the date too. */
export function moment(at: string | Date, now = new Date()): string {
	const date = new Date(at);
	const today = date.toDateString() === now.toDateString();
	const options: Intl.DateTimeFormatOptions = today
		? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
		: { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
	return new Intl.DateTimeFormat(locale(), options).format(date);
}

export function day(at: string | Date): string {
	return new Intl.DateTimeFormat(locale(), { month: 'short', day: 'numeric', weekday: 'short' }).format(new Date(at));
}

/** The value of a datetime-local field, in the reader's own time. */
export function localInput(date: Date): string {
	const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
	return shifted.toISOString().slice(0, 16);
}

const collator = new Intl.Collator('zh-Hans', { numeric: true });

/** Natural order: 2号楼 stands before 10号楼. */
export const natural = (a: string, b: string) => collator.compare(a, b);

/** Sorts by a text in natural order, leaving the list as it was. */
export function sorted<T>(list: readonly T[], by: (item: T) => string): T[] {
	return [...list].sort((a, b) => natural(by(a), by(b)));
}
