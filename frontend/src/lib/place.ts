import { m } from '$messages';
import { locale } from './locale';

/** The name of something in the reader's language, or the one it has. */
export function named(of: { name_zh: string; name_en: string }): string {
	return (locale() === 'en' ? of.name_en : of.name_zh) || of.name_zh || of.name_en;
}

/** A door's label in the reader's language. */
export function labelled(of: { label_zh: string; label_en: string }): string {
	return locale() === 'en' ? of.label_en : of.label_zh;
}

/** A building as its compound calls it: 12号楼, Building 12. */
export function buildingName(of: { form: { building_zh?: string; building_en?: string } }, no: string): string {
	const word = locale() === 'en' ? of.form.building_en : of.form.building_zh;
	if (!word) return m.building_no({ no });
	return locale() === 'en' ? `${word} ${no}` : `${no}${word}`;
}

/** The parts of a household's id, A001/3/1-604. */
export function partsOf(household: string): { compound: string; building: string; door: string } {
	const [compound = '', building = '', door = ''] = household.split('/');
	return { compound, building, door };
}

/** The compound of a scope: A001 of A001/3. */
export const compoundOf = (scope: string) => scope.split('/')[0] ?? '';
