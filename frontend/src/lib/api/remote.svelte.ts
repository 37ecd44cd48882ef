import { newKey } from './client';
import { caught, refused, type Problem } from './problem';

/** Something a page reads from the service: loading, ready with a value, or failed with a problem. */
export class Remote<T> {
	value = $state.raw<T>();
	problem = $state.raw<Problem>();
	busy = $state(true);
	#read: () => Promise<T>;
	#turn = 0;

	constructor(read: () => Promise<T>) {
		this.#read = read;
		void this.again();
	}

	/** Reads again; what is shown stays until the new answer is there. */
	again = async () => {
		const turn = ++this.#turn;
		this.busy = true;
		try {
			const value = await this.#read();
			if (turn !== this.#turn) return;
			this.value = value;
			this.problem = undefined;
		} catch (err) {
			if (turn === this.#turn) this.problem = caught(err);
		} finally {
			if (turn === this.#turn) this.busy = false;
		}
	};
}

/**
 * Something a page asks the service to do. One key belongs to one intent: it is
 * kept when the network or the service fails, so that pressing again cannot do it
 * twice, and renewed when the service has done it or has said no.
 */
export class Action<A extends unknown[], T> {
	busy = $state(false);
	problem = $state.raw<Problem>();
	#act: (key: string, ...args: A) => Promise<T>;
	#done?: (value: T) => unknown;
	#key = newKey();

	constructor(act: (key: string, ...args: A) => Promise<T>, done?: (value: NoInfer<T>) => unknown) {
		this.#act = act;
		this.#done = done;
	}

	run = async (...args: A): Promise<boolean> => {
		if (this.busy) return false;
		this.busy = true;
		this.problem = undefined;
		try {
			const value = await this.#act(this.#key, ...args);
			this.#key = newKey();
			await this.#done?.(value);
			return true;
		} catch (err) {
			this.problem = caught(err);
			if (refused(this.problem)) this.#key = newKey();
			return false;
		} finally {
			this.busy = false;
		}
	};
}
