import { expect, test, vi } from 'vitest';
import { api } from '../src/lib/api/client';
import { Refusal } from '../src/lib/api/problem';
import { Action } from '../src/lib/api/remote.svelte';
import { session } from '../src/lib/session.svelte';

vi.hoisted(() => {
	const plain = <T>(value: T) => value; // nobody looks on here, so a rune is its value
	Object.assign(globalThis, { $state: Object.assign((value: unknown) => value, { raw: plain }), $derived: plain });
});

const refusal = (status: number) => new Refusal({ status, code: 'x', detail: '', params: {}, errors: [] });

test('what may have been done is asked again under the same key, what was refused under another', async () => {
	const keys: string[] = [];
	const answers = [refusal(0), refusal(503), refusal(409), undefined, undefined];
	const act = new Action(async (key) => {
		keys.push(key);
		const wrong = answers[keys.length - 1];
		if (wrong) throw wrong;
	});
	for (const _ of answers) await act.run();
	expect(keys[1]).toBe(keys[0]);
	expect(keys[2]).toBe(keys[0]);
	expect(new Set(keys).size).toBe(3);
});

test('a service that is down signs nobody out', async () => {
	const kept = new Map<string, string>();
	vi.stubGlobal('localStorage', {
		getItem: (name: string) => kept.get(name) ?? null,
		setItem: (name: string, value: string) => kept.set(name, value),
		removeItem: (name: string) => kept.delete(name),
	});
	const asked = vi.spyOn(api, 'GET');
	const answer = (status: number, body: object) =>
		asked.mockResolvedValueOnce({ ...(status === 200 ? { data: body } : { error: body }), response: new Response(null, { status }) } as never);
	const me = { account: 'c', name: '张伟', contact: '', language: 'zh-Hans', grants: [] };
	answer(200, me);
	expect((await session.refresh())?.account).toBe('c');
	answer(502, {});
	expect((await session.refresh())?.account).toBe('c');
	answer(401, { code: 'sign_in' });
	expect(await session.refresh()).toBeNull();
});
