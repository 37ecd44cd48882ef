import { openDB, type DBSchema } from 'idb';
import type { Act, Run } from './overlay';

interface Shape extends DBSchema {
	runs: { key: string; value: Run };
	acts: { key: number; value: Act };
}

const opened = () =>
	openDB<Shape>('baimi-courier', 1, {
		upgrade(db) {
			db.createObjectStore('runs', { keyPath: 'id' });
			db.createObjectStore('acts', { autoIncrement: true });
		},
	});
let db: ReturnType<typeof opened> | undefined;
const use = () => (db ??= opened());

/** Keeps a run on the phone while it is under way; when the courier is back, its doors are forgotten. */
export async function keep(run: Run) {
	if (run.mine && run.state !== 'back' && run.state !== 'withdrawn') await (await use()).put('runs', run);
	else await (await use()).delete('runs', run.id);
}

export async function kept(id: string): Promise<Run | undefined> {
	return (await use()).get('runs', id);
}

export async function keptRuns(): Promise<Run[]> {
	return (await use()).getAll('runs');
}

/** Appends an act; it stays until the service has answered it. */
export async function append(act: Act): Promise<void> {
	await (await use()).add('acts', act);
}

export async function waiting(): Promise<{ key: number; act: Act }[]> {
	const tx = (await use()).transaction('acts');
	const [keys, acts] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
	return keys.map((key, i) => ({ key, act: acts[i]! }));
}

export async function answered(keys: number[]) {
	const tx = (await use()).transaction('acts', 'readwrite');
	await Promise.all(keys.map((key) => tx.store.delete(key)));
	await tx.done;
}
