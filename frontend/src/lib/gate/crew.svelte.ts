import type { components } from '$lib/api/schema';

export type Team = components['schemas']['Team'];
export const kinds = ['foot', 'cart', 'e-bike'] as const;
export type Kind = (typeof kinds)[number];
export const paces = ['usual', 'slower', 'faster'] as const;
export type Pace = (typeof paces)[number];

/** Helpers who differ from the others of their kind, or are known by name. */
export interface Apart {
	kind: Kind | '';
	count: number;
	pace: Pace;
	noStairs: boolean;
	/** Accounts; none: nobody is named. */
	who: string[];
}

/** Who helps: how many of each kind, and beside them those who are slower or faster, take no stairs, or are known by name. */
export class Crew {
	count = $state<Record<Kind, number>>({ foot: 4, cart: 2, 'e-bike': 0 });
	apart = $state<Apart[]>([]);

	teams = $derived.by((): Team[] => [
		...kinds.filter((kind) => this.count[kind] > 0).map((kind) => ({ kind, count: this.count[kind], millilitres: 0, minutes: 0 })),
		...this.apart.flatMap((a) => (a.kind ? [{ kind: a.kind, count: Math.max(a.count, a.who.length), millilitres: 0, minutes: 0, pace: a.pace, no_stairs: a.noStairs, who: [...a.who] }] : [])),
	]);

	/** Begins with those who helped before. */
	constructor(teams: readonly Team[] = []) {
		if (teams.length === 0) return;
		this.count = { foot: 0, cart: 0, 'e-bike': 0 };
		for (const team of teams) {
			const pace = team.pace || 'usual';
			const who = team.who ?? [];
			if (pace === 'usual' && !team.no_stairs && who.length === 0) this.count[team.kind] += team.count;
			else this.apart.push({ kind: team.kind, count: team.count, pace, noStairs: team.no_stairs ?? false, who: [...who] });
		}
	}

	/** The row of a volunteer by name; it begins as not here. */
	named(account: string): Apart {
		return this.apart.find((a) => a.who.includes(account)) ?? { kind: '', count: 1, pace: 'usual', noStairs: false, who: [account] };
	}

	/** Says of a volunteer by name whether they are here, and how. */
	set(account: string, change: Partial<Apart>) {
		const next = { ...this.named(account), ...change, who: [account], count: 1 };
		this.apart = this.apart.flatMap((a) => {
			const rest = a.who.filter((w) => w !== account);
			return rest.length === a.who.length ? [a] : rest.length ? [{ ...a, count: rest.length, who: rest }] : [];
		});
		if (next.kind) this.apart.push(next);
	}

	/** One more who is not named: by default somebody on foot who takes no stairs. */
	add() {
		this.apart.push({ kind: 'foot', count: 1, pace: 'usual', noStairs: true, who: [] });
	}

	remove(which: Apart) {
		this.apart = this.apart.filter((a) => a !== which);
	}
}
