import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Starts the real program on a free port with an empty store, seeded as a demo unless that is off. */
export async function startService(env = {}, demo = 'on') {
	const program = process.env.BAIMI_BIN;
	if (!program) throw new Error('Set BAIMI_BIN to the program, as `make test-e2e` does.');
	const dir = await mkdtemp(join(tmpdir(), 'baimi-e2e-'));
	const child = spawn(program, ['serve', '--store', `sqlite:${dir}`, '--listen', '127.0.0.1:0', '--demo', demo], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
	let log = '';
	child.stderr.on('data', (chunk) => (log += chunk));
	const base = await address(child, () => log);
	return {
		base,
		store: `sqlite:${dir}`,
		/** The sign-in code that was sent last, as the log tells it in development. */
		code: () => [...log.matchAll(/code (?:is )?(\d{6})|登录码是? ?(\d{6})/g)].map((found) => found[1] ?? found[2]).at(-1),
		log: () => log,
		async stop() {
			child.kill('SIGTERM');
			if (child.exitCode === null) await once(child, 'exit');
			await rm(dir, { recursive: true, force: true });
		},
	};
}

function address(child, log) {
	return new Promise((resolve, reject) => {
		child.once('exit', (code) => reject(new Error(`the program ended with ${code}: ${log()}`)));
		createInterface({ input: child.stdout }).on('line', (line) => {
			const found = /(http:\/\/127\.0\.0\.1:\d+)/.exec(line);
			if (found) resolve(found[1]);
		});
	});
}
