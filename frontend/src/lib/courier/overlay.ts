import type { components } from '$lib/api/schema';

export type Run = components['schemas']['RunView'];
export type Stop = components['schemas']['StopView'];
export type Outcome = 'door' | 'left' | 'no_answer' | 'refused' | 'incident';

/** Something a courier did that the service may not know yet. */
export type Act =
	| { kind: 'leave'; run: string; at: string }
	| { kind: 'handover'; run: string; id: string; stop: string; outcome: Outcome; at: string; note?: string; photo?: string };

/**
 * The run as it is once everything that waits on the phone has been sent: what
 * the service knows stays, and what it does not know yet is laid over it.
 */
export function overlay(run: Run, acts: readonly Act[]): Run {
	const mine = acts.filter((a) => a.run === run.id);
	const left = run.state === 'loaded' && mine.some((a) => a.kind === 'leave');
	return {
		...run,
		state: left ? 'out' : run.state,
		stops: run.stops.map((stop) => {
			if (stop.handover) return stop;
			const act = mine.find((a) => a.kind === 'handover' && a.stop === stop.id);
			if (act?.kind !== 'handover') return stop;
			return { ...stop, handover: { id: act.id, outcome: act.outcome, at: act.at, synced: '', by: '', note: act.note, photo: act.photo } };
		}),
	};
}

/** The stops that still wait for an outcome, in the run's order. */
export function open(run: Run): Stop[] {
	return run.stops.filter((s) => !s.handover);
}

/** A hand-over that only this phone knows. */
export const unsent = (stop: Stop) => stop.handover !== undefined && stop.handover.synced === '';
