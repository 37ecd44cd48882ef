import { expect, test } from 'vitest';
import { open, overlay, unsent, type Act, type Run } from '../src/lib/courier/overlay';

const stop = (id: string) => ({ seq: 1, id, building: '3', unit: '1', room: '302', label: '3-1-1', arrives: 0, parcels: [] });
const run = (state: string, stops = [stop('A'), stop('B')]) => ({ id: 'r1', state, stops, mine: true }) as unknown as Run;
const handed = (stop: string, runID = 'r1'): Act => ({ kind: 'handover', run: runID, id: 'h-' + stop, stop, outcome: 'door', at: '2022-04-19T03:00:00Z' });

test('what waits on the phone is laid over what the service knows', () => {
	const shown = overlay(run('out'), [handed('A')]);
	expect(open(shown).map((s) => s.id)).toEqual(['B']);
	expect(unsent(shown.stops![0]!)).toBe(true);
	expect(shown.stops![0]!.handover?.at).toBe('2022-04-19T03:00:00Z');
});

test('what the service knows stays as it is', () => {
	const known = { id: 'h0', outcome: 'left', at: 'x', synced: 'y', by: 'c' };
	const shown = overlay(run('out', [{ ...stop('A'), handover: known } as ReturnType<typeof stop>]), [handed('A')]);
	expect(shown.stops![0]!.handover).toEqual(known);
	expect(unsent(shown.stops![0]!)).toBe(false);
});

test('leaving the gate without a network starts the run on the phone', () => {
	expect(overlay(run('loaded'), [{ kind: 'leave', run: 'r1', at: 'x' }]).state).toBe('out');
	expect(overlay(run('accepted'), [{ kind: 'leave', run: 'r1', at: 'x' }]).state).toBe('accepted');
});

test('another run’s acts do not count here', () => {
	expect(open(overlay(run('out'), [handed('A', 'r2')]))).toHaveLength(2);
});
