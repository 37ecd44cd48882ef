import { api, keyed, newKey } from '$lib/api/client';
import { ask, caught, type Problem } from '$lib/api/problem';
import { overlay, type Act, type Outcome, type Run } from './overlay';
import * as store from './store';

/** Hand-overs that are sent at once: so many with a photo each stay below what the service takes. */
const atOnce = 10;

/** A run on the courier's phone: it goes on without a network, and what was done is sent when there is one. */
export class CourierRun {
	run = $state.raw<Run>();
	problem = $state.raw<Problem>();
	/** What could not be written down, as the service said. */
	refused = $state.raw<Problem[]>([]);
	pending = $state(0);
	offline = $state(false);
	#sent = $state.raw<Run>();
	#syncing = false;

	constructor(readonly id: string) {}

	/** Reads the run, from the phone where there is no network. */
	load = async () => {
		try {
			await this.#take(await ask(api.GET('/api/runs/{id}', { params: { path: { id: this.id } } })));
			this.problem = undefined;
			this.offline = false;
		} catch (err) {
			const problem = caught(err);
			const kept = problem.status === 0 ? await store.kept(this.id) : undefined;
			this.offline = problem.status === 0;
			if (kept) await this.#take(kept);
			else this.problem = problem;
		}
		await this.sync();
	};

	/** Takes the service's word on the run and lays what waits over it. */
	async #take(run: Run) {
		this.#sent = run;
		await store.keep(run);
		await this.#show();
	}

	async #show() {
		const acts = (await store.waiting()).filter((w) => w.act.run === this.id);
		this.pending = acts.length;
		if (this.#sent) this.run = overlay(this.#sent, acts.map((w) => w.act));
	}

	/** A step at the gate, where there is a network: accept, load, give back, return. */
	step = async (act: () => Promise<Run>) => this.#take(await act());

	leave = () => this.#do({ kind: 'leave', run: this.id, at: new Date().toISOString() });

	hand = (stop: string, outcome: Outcome, note = '', photo = '') =>
		this.#do({ kind: 'handover', run: this.id, id: newKey(), stop, outcome, at: new Date().toISOString(), note: note || undefined, photo: photo || undefined });

	async #do(act: Act) {
		await store.append(act);
		await this.#show();
		await this.sync();
	}

	/** Takes back a hand-over: off the phone's list while it has not been sent, or by asking the service. */
	undo = async (stop: string) => {
		const mine = (await store.waiting()).filter((w) => w.act.kind === 'handover' && w.act.run === this.id && w.act.stop === stop);
		if (mine.length > 0) {
			await store.answered(mine.map((w) => w.key));
			return this.#show();
		}
		await this.#take(await ask(api.POST('/api/runs/{id}/undo', { params: { path: { id: this.id } }, body: { stop }, headers: keyed(newKey()) })));
	};

	/** Sends what waits, in the order it happened. What is not answered stays and is sent again. */
	sync = async () => {
		if (this.#syncing) return;
		this.#syncing = true;
		try {
			const waiting = (await store.waiting()).filter((w) => w.act.run === this.id);
			if (waiting.length > 0) await this.#send(waiting);
			this.offline = false;
		} catch (err) {
			const problem = caught(err);
			this.offline = problem.status === 0;
			if (!this.offline) this.problem = problem;
		} finally {
			this.#syncing = false;
			await this.#show();
		}
	};

	/** Says when the gate was left. A run that is somewhere else by now refuses that, which is an answer too. */
	async #leave(act: Extract<Act, { kind: 'leave' }>) {
		try {
			await this.#take(await ask(api.POST('/api/runs/{id}/leave', { params: { path: { id: this.id } }, body: { at: act.at }, headers: keyed(`leave-${this.id}`) })));
		} catch (err) {
			const problem = caught(err);
			if (problem.status !== 409 || problem.code === 'busy') throw err;
			this.refused = [problem];
		}
	}

	async #send(waiting: { key: number; act: Act }[]) {
		this.refused = [];
		const params = { path: { id: this.id } };
		for (const { key, act } of waiting) {
			if (act.kind !== 'leave') continue;
			await this.#leave(act);
			await store.answered([key]);
		}
		const told = waiting.flatMap(({ key, act }) => (act.kind === 'handover' ? [{ key, handover: { id: act.id, stop: act.stop, outcome: act.outcome, at: act.at, note: act.note, photo: act.photo } }] : []));
		for (let from = 0; from < told.length; from += atOnce) {
			const some = told.slice(from, from + atOnce);
			const answer = await ask(api.POST('/api/runs/{id}/handovers', { params, body: { handovers: some.map((t) => t.handover) }, headers: keyed(newKey()) }));
			this.refused = [...this.refused, ...answer.refused.map((r) => ({ status: 409, code: r.code, detail: r.detail, params: r.params ?? {}, errors: [] }))];
			await store.answered(some.map((t) => t.key));
			await this.#take(answer.run);
		}
	}
}
