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

/** A building as its compound calls it: 12号楼, 828弄7号, Building 12. */
export function buildingName(of: { form: { building_zh?: string; building_en?: string } }, no: string): string {
	const word = locale() === 'en' ? of.form.building_en : of.form.building_zh;
	if (!word) return m.building_no({ no });
	if (locale() === 'en') return `${word} ${no}`;
	return `${word === '号' ? no.replace('-', '弄') : no}${word}`;
}

/** The parts of a household's id, A001/3/1-604. */
export function partsOf(household: string): { compound: string; building: string; door: string } {
	const [compound = '', building = '', door = ''] = household.split('/');
	return { compound, building, door };
}

type Gates = readonly { id: string; name_zh: string; name_en: string }[];

/** The gates of a compound as the service names them, the first by an empty name, and what people call them. */
export const gateChoices = (gates: Gates) => gates.map((g, i) => ({ value: i === 0 ? '' : g.id, label: named(g) }));

/** What people call a gate where its compound has several; else nothing. */
export const gateName = (gates: Gates, gate: string) => (gates.length > 1 ? (gateChoices(gates).find((g) => g.value === gate) ?? gateChoices(gates)[0])!.label : '');

/** What to call each gate of the deployment, A001 and A001/north: its compound, and its own name where there are several. */
export function gatePlaces(compounds: readonly { id: string; name_zh: string; name_en: string; gates: Gates }[]): Map<string, string> {
	return new Map(
		compounds.flatMap((c) => [
			[c.id, [named(c), gateName(c.gates, '')].filter(Boolean).join(' · ')] as const,
			...c.gates.slice(1).map((g) => [`${c.id}/${g.id}`, `${named(c)} · ${named(g)}`] as const),
		]),
	);
}

/** A gate of the deployment as the service names it. */
export const gateOf = (of: { compound: string; gate: string }) => (of.gate ? `${of.compound}/${of.gate}` : of.compound);

/** The compound of a scope: A001 of A001/3. */
export const compoundOf = (scope: string) => scope.split('/')[0] ?? '';
