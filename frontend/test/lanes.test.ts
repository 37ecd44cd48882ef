import { expect, test } from 'vitest';
import type { Run } from '../src/lib/courier/overlay';
import { lanes } from '../src/lib/gate/lanes';

const run = (id: string, kind: string, slot: string, trip: number, seconds = 60) => ({ id, kind, slot, trip, seconds, grams: 1000, floors: 2 }) as unknown as Run;

test('runs stand by helper, on foot first, in natural order, each one’s trips in theirs', () => {
	const all = lanes([run('d', 'foot', 'foot-10', 1), run('b', 'foot', 'foot-2', 2, 90), run('a', 'foot', 'foot-2', 1), run('c', 'cart', 'cart-1', 1), run('e', 'cart', '', 0)]);
	expect(all.map((lane) => [lane.kind, lane.number, lane.runs.map((r) => r.id)])).toEqual([
		['foot', 2, ['a', 'b']],
		['foot', 10, ['d']],
		['cart', 0, ['e']],
		['cart', 1, ['c']],
	]);
	expect([all[0]?.seconds, all[0]?.grams, all[0]?.floors]).toEqual([150, 2000, 4]);
});
