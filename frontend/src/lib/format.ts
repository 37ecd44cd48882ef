import { locale } from './locale';

const format = (currency: string) => new Intl.NumberFormat(locale(), { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });

/** How many decimals a currency has: CNY two, JPY none. */
const decimals = (currency: string) => format(currency).resolvedOptions().maximumFractionDigits ?? 2;

/** Minor units of a currency as people write them: 1880 CNY is ¥18.80, 1880 JPY is ¥1,880. */
export function money(minor: number, currency = 'CNY'): string {
	return format(currency).format((minor || 0) / 10 ** decimals(currency)); // no -¥0.00
}

/** The short name of a currency's unit, as it stands behind a field's label. */
export function unitOf(currency = 'CNY'): string {
	if (currency === 'CNY' && locale() !== 'en') return '元';
	return format(currency).formatToParts(0).find((part) => part.type === 'currency')?.value ?? currency;
}

/** What a person typed as an amount, in minor units; null where it is none. */
export function minorOf(typed: string, currency = 'CNY'): number | null {
	const match = /^\s*[¥￥$€£]?\s*(\d{1,9})(?:[.．](\d{1,3}))?\s*$/.exec(half(typed));
	const digits = decimals(currency);
	if (!match || (match[2] ?? '').length > digits) return null;
	return Number(match[1]) * 10 ** digits + Number((match[2] ?? '').padEnd(digits, '0'));
}

/** Minor units as a person would type them: 1880 CNY is 18.80. */
export function typedOf(minor: number, currency = 'CNY'): string {
	const digits = decimals(currency);
	return (minor / 10 ** digits).toFixed(minor % 10 ** digits === 0 ? 0 : digits);
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

/** A moment with its whole date, as it stands on paper. */
export function stamp(at: string | Date): string {
	const options: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
	return new Intl.DateTimeFormat(locale(), options).format(new Date(at));
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
