import { m } from '$messages';
import type { Run, Stop } from '$lib/courier/overlay';
import { word } from '$lib/words';

/** The runs of one helper of the shift, or one run that was planned for nobody in particular. */
export interface Lane {
	key: string;
	kind: string;
	/** Of the helpers of that kind, from 1. */
	number: number;
	runs: Run[];
	seconds: number;
	grams: number;
	floors: number;
}

const order = ['foot', 'cart', 'e-bike'];

/** Puts the runs that are not over into lanes, the helpers in natural order, each one's trips in theirs. */
export function lanes(runs: readonly Run[]): Lane[] {
	const all = new Map<string, Lane>();
	for (const run of runs) {
		const key = run.slot || run.id;
		const lane = all.get(key) ?? { key, kind: run.kind, number: Number(run.slot?.split('-').at(-1) ?? 0), runs: [], seconds: 0, grams: 0, floors: 0 };
		lane.runs.push(run);
		lane.seconds += run.seconds;
		lane.grams += run.grams;
		lane.floors += run.floors;
		all.set(key, lane);
	}
	for (const lane of all.values()) lane.runs.sort((a, b) => (a.trip ?? 0) - (b.trip ?? 0) || a.id.localeCompare(b.id));
	return [...all.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.number - b.number || a.key.localeCompare(b.key));
}

/** The helper of the shift that a run was planned for: hand cart 2. */
export function helperName(run: Run): string {
	const n = Number(run.slot?.split('-').at(-1) ?? 0);
	return n ? m.helper_no({ kind: word('kind', run.kind), n }) : word('kind', run.kind);
}

/** A stop may leave the run until the courier leaves the gate. */
export const mayLose = (run: Run) => ['offered', 'accepted', 'loaded'].includes(run.state);
export const mayTake = (run: Run) => ['offered', 'accepted'].includes(run.state);

/** Whether a stop is the coordinator's to decide on. */
export const undecided = (stop: Stop) => !stop.again && stop.handover !== undefined && ['no_answer', 'refused', 'incident'].includes(stop.handover.outcome);
