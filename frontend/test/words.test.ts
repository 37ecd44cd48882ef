import { expect, test } from 'vitest';
import { priceAt } from '../src/lib/catalog';
import { commissionOn, mostOf, sumsOf, type Line } from '../src/lib/orders/round';
import { measure, problemText, why, word } from '../src/lib/words';

const problem = (code: string, params = {}) => ({ status: 409, code, detail: 'English sentence.', params, errors: [] });

test('a problem is told by its code, or by the service’s sentence where there is no translation', () => {
	expect(problemText(problem('too_many_codes', { minutes: 7 }))).toContain('7');
	expect(problemText(problem('never_heard_of'))).toBe('English sentence.');
});

test('a problem tells moments, amounts and states as people read them', () => {
	expect(problemText(problem('round_not_open', { opens: '2022-04-19T03:00:00Z' }))).not.toContain('2022-04-19T');
	expect(problemText(problem('above_cap', { most: 1880, currency: 'CNY' }))).toContain('18.80');
	expect(problemText(problem('run_state', { state: 'offered' }))).toContain(word('state', 'offered'));
});

test('a value without a word stands for itself', () => {
	expect(word('state', 'unheard')).toBe('unheard');
	expect(measure(3, 'crate')).toBe(measure(3, 'pack'));
});

test('why says its numbers, and leaves no hole where one is missing', () => {
	const said = why('min_per_drop', '2', { minimum: 30, wanted: 21, short: 9 }, 'CNY');
	for (const n of ['30', '21', '9']) expect(said).toContain(n);
	for (const code of ['no_lot', 'no_reach', 'window', 'price', 'min_per_drop', 'stock', 'trip_cost', 'gate_full', 'trips']) {
		expect(why(code, '2', {}, 'CNY')).not.toMatch(/undefined|^no_|_/);
	}
});

test('a price holds for every unit of its step', () => {
	const tiers = [{ from: 1, unit_price: 3100 }, { from: 60, unit_price: 2850 }];
	expect([1, 59, 60, 61].map((n) => priceAt(tiers, n))).toEqual([3100, 3100, 2850, 2850]);
	expect(priceAt([], 1)).toBeUndefined();
});

test('the most an order can cost counts the extra and the commission', () => {
	const round = { items: [{ id: 'a', unit_cap: 1000 }] as never };
	expect(mostOf(round, [{ item: 'a', quantity: 2, tolerance: 1 }])).toBe(3000);
	expect(commissionOn(3000, 250)).toBe(75);
});

test('a line adds up what was given, counted and handed over', () => {
	const served = (quantity: number, counted: boolean, received: number, handed: number, outcome: string) => ({ quantity, counted, received, handed, outcome, delivery: 'd', lot: 'l', supplier: 's', unit_price: 1 });
	const line = { item: 'a', quantity: 4, tolerance: 1, extra: 1, reasons: [], served: [served(3, true, 2, 2, 'door'), served(2, false, 0, 0, '')] } as unknown as Line;
	expect(sumsOf(line)).toEqual({ asked: 5, given: 5, counted: 2, handed: 2, allCounted: false, outcomes: ['door'] });
});
