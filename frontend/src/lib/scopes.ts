import { api } from './api/client';
import { ask } from './api/problem';
import { buildingName, named, partsOf } from './place';

/** What a role covers, in words: a compound, a building or a door of it, or a supplier. */
export type ScopeName = (scope: string) => string;

/** Reads the names of what roles cover, once a page. */
export async function readScopes(): Promise<ScopeName> {
	const [compounds, suppliers] = await Promise.all([ask(api.GET('/api/compounds')), ask(api.GET('/api/suppliers'))]);
	const sellers = new Map(suppliers.map((s) => [s.id, named(s)]));
	const homes = new Map(compounds.map((c) => [c.id, c]));
	return (scope) => {
		const { compound, building, door } = partsOf(scope);
		const home = homes.get(compound);
		if (!home) return sellers.get(scope) ?? scope;
		return [named(home), building && buildingName({ form: home }, building), door].filter(Boolean).join(' ');
	};
}
