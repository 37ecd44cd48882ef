import { api, newKey } from './api/client';
import { ask, Refusal } from './api/problem';
import type { components } from './api/schema';
import type { Locale } from './locale';

export type Me = components['schemas']['Me'];
export type Role = components['schemas']['Grant']['role'];

/** Who is signed in on this device. */
class Session {
	me = $state.raw<Me | null>();
	/** True until the service has said who asks. */
	unknown = $derived(this.me === undefined);

	/** Asks who is signed in; nobody is an answer too. */
	async refresh(): Promise<Me | null> {
		try {
			this.me = await ask(api.GET('/api/me'));
		} catch (err) {
			const lost = err instanceof Refusal && err.problem.status === 0;
			// Without a network the courier's run goes on: the last answer stands.
			this.me = lost ? remembered() : null;
		}
		remember(this.me);
		return this.me;
	}

	async signOut() {
		await ask(api.DELETE('/api/sign-in', { headers: { 'Idempotency-Key': newKey() } }));
		this.me = null;
		remember(null);
	}

	/** Keeps the language with the account; without a network the choice stays on this device. */
	async speak(language: Locale) {
		if (!this.me) return;
		await api.PUT('/api/me', { body: { name: this.me.name, language }, headers: { 'Idempotency-Key': newKey() } }).catch(() => undefined);
	}

	has(role: Role): boolean {
		return this.me?.grants?.some((g) => g.role === role) ?? false;
	}

	/** What the account's grants of one role cover. */
	scopes(role: Role): string[] {
		return (this.me?.grants ?? []).filter((g) => g.role === role).map((g) => g.scope);
	}
}

const place = 'baimi.me';

function remembered(): Me | null {
	return JSON.parse(localStorage.getItem(place) ?? 'null');
}

function remember(me: Me | null) {
	if (me) localStorage.setItem(place, JSON.stringify(me));
	else localStorage.removeItem(place);
}

export const session = new Session();
