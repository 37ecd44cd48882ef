import { expect, test } from 'vitest';
import { drawing } from '../src/lib/gate/drawing';

const site = {
	lon: 121470000,
	lat: 31230000,
	gates: [{ id: 'gate', lon: 121470000, lat: 31230000 }],
	buildings: [
		{ no: '1', lon: 121471000, lat: 31231000 },
		{ no: '2', lon: 121469000, lat: 31232000 },
	],
};

test('north is up, east is right, and all of it is on the drawing', () => {
	const d = drawing(site);
	const [one, two, gate] = [d.buildings.get('1')!, d.buildings.get('2')!, d.gates.get('')!];
	expect(two.y).toBeLessThan(one.y);
	expect(one.x).toBeGreaterThan(two.x);
	expect(gate.y).toBeGreaterThan(one.y);
	for (const p of [one, two, gate]) {
		expect(p.x).toBeGreaterThanOrEqual(0);
		expect(p.x).toBeLessThanOrEqual(d.width);
		expect(p.y).toBeGreaterThanOrEqual(0);
		expect(p.y).toBeLessThanOrEqual(d.height);
	}
});

test('a compound of one building has a drawing too', () => {
	const d = drawing({ ...site, gates: [], buildings: [{ no: '1', lon: 121470000, lat: 31230000 }] });
	expect(Number.isFinite(d.buildings.get('1')!.x)).toBe(true);
	expect(d.height).toBeGreaterThan(0);
});
