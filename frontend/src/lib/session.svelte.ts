import { api, newKey } from './api/client';
import { ask, Refusal } from './api/problem';
import type { components } from './api/schema';
import { keep, kept } from './device';
import type { Locale } from './locale';

export type Me = components['schemas']['Me'];
export type Role = components['schemas']['Grant']['role'];

/** Who is signed in on this device. */
class Session {
	me = $state.raw<Me | null>();
	/** True until the service has said who asks. */
	unknown = $derived(this.me === undefined);
	private picked = $state.raw<Partial<Record<Role, string>>>(kept('baimi.acting') ?? {});

	/** Asks who is signed in; nobody is an answer too. */
	async refresh(): Promise<Me | null> {
		try {
			this.me = await ask(api.GET('/api/me'));
		} catch (err) {
			const nobody = err instanceof Refusal && err.problem.status === 401;
			// Without a network, or while the service is down, the courier's run goes on: the last answer stands.
			this.me = nobody ? null : remembered();
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

	/** What this device works on with a role that the account has for several: the last choice, or the first. */
	acting(role: Role): string {
		const all = this.scopes(role);
		return all.find((s) => s === this.picked[role]) ?? all[0] ?? '';
	}

	act(role: Role, scope: string) {
		this.picked = { ...this.picked, [role]: scope };
		keep('baimi.acting', this.picked);
	}
}

const place = 'baimi.me';

const remembered = () => kept<Me>(place);
const remember = (me: Me | null) => keep(place, me);

export const session = new Session();
