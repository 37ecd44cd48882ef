import { m } from '$messages';
import { api } from './api/client';
import { ask } from './api/problem';
import { named, partsOf } from './place';

/** What a role covers, in words: a compound, a building or a door of it, or a supplier. */
export type ScopeName = (scope: string) => string;

/** Reads the names of what roles cover, once a page. */
export async function readScopes(): Promise<ScopeName> {
	const [compounds, suppliers] = await Promise.all([ask(api.GET('/api/compounds')), ask(api.GET('/api/suppliers'))]);
	const names = new Map([...compounds, ...suppliers].map((one) => [one.id, named(one)]));
	return (scope) => {
		const { compound, building, door } = partsOf(scope);
		const place = names.get(compound) ?? compound;
		if (door) return `${place} ${m.door({ building, door })}`;
		return building ? `${place} ${m.building_no({ no: building })}` : place;
	};
}
