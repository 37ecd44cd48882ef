import { api } from './api/client';
import { ask } from './api/problem';
import type { components } from './api/schema';
import { keep, kept } from './device';
import { buildingName, partsOf } from './place';

type Words = Pick<components['schemas']['CompoundName'], 'building_zh' | 'building_en'>;

const key = 'baimi.buildings';

/** How each compound calls its buildings; kept on the device for a courier without a network. */
let words = $state.raw(kept<Record<string, Words>>(key) ?? {});

/** Reads how the compounds call their buildings, once somebody is signed in. */
export async function learnBuildings() {
	try {
		const all = await ask(api.GET('/api/compounds'));
		words = Object.fromEntries(all.map(({ id, building_zh, building_en }) => [id, { building_zh, building_en }]));
		keep(key, words);
	} catch {
		// What is known stays, and a building without its word is a 号楼.
	}
}

/** A building of a compound as people there call it: 12号楼, 12栋, Block A. */
export const buildingIn = (compound: string, no: string) => buildingName({ form: words[compound] ?? {} }, no);

/** A household's building, and its door in it: 12栋, 2-301. */
export function homeOf(household: string): { building: string; door: string } {
	const at = partsOf(household);
	return { building: buildingIn(at.compound, at.building), door: at.door };
}
