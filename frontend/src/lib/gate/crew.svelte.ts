import type { components } from '$lib/api/schema';

export type Team = components['schemas']['Team'];
export const kinds = ['foot', 'cart', 'e-bike'] as const;
export type Kind = (typeof kinds)[number];

/** Who helps: how many of each kind, which of them take no stairs, and who is known by name. */
export class Crew {
	count = $state<Record<Kind, number>>({ foot: 4, cart: 2, 'e-bike': 0 });
	level = $state<Record<Kind, number>>({ foot: 0, cart: 0, 'e-bike': 0 });
	who = $state<Record<string, Kind | ''>>({});

	teams = $derived.by((): Team[] =>
		kinds.flatMap((kind) => {
			const who = Object.keys(this.who).filter((account) => this.who[account] === kind);
			const climbing = Math.max(this.count[kind] - this.level[kind], who.length);
			const all = [
				{ kind, count: climbing, millilitres: 0, minutes: 0, who },
				{ kind, count: this.level[kind], millilitres: 0, minutes: 0, no_stairs: true },
			];
			return all.filter((team) => team.count > 0);
		}),
	);

	/** Begins with those who helped before. */
	constructor(teams: readonly Team[] = []) {
		if (teams.length === 0) return;
		for (const kind of kinds) {
			const of = teams.filter((team) => team.kind === kind);
			this.count[kind] = of.reduce((sum, team) => sum + team.count, 0);
			this.level[kind] = of.filter((team) => team.no_stairs).reduce((sum, team) => sum + team.count, 0);
			for (const account of of.flatMap((team) => team.who ?? [])) this.who[account] = kind;
		}
	}
}
