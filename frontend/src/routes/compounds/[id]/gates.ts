import { Refusal } from '$lib/api/problem';
import type { components } from '$lib/api/schema';
import { degrees, microDegrees } from '$lib/degrees';

type Gate = components['schemas']['Gate'];

/** A gate as its fields hold it: degrees and litres as they are typed. */
export interface GateFields {
	id: string;
	name_zh: string;
	name_en: string;
	lon: string;
	lat: string;
	windows: string[];
	max_trips: string;
	litres: string;
}

export const gateFields = (g: Gate): GateFields => ({
	id: g.id, name_zh: g.name_zh, name_en: g.name_en, lon: degrees(g.lon), lat: degrees(g.lat),
	windows: [...(g.windows ?? [])], max_trips: String(g.max_trips ?? 0), litres: String((g.max_millilitres ?? 0) / 1000),
});

/** The gate that the fields describe; refused where its place is not one. */
export function gateFilled(g: GateFields): Gate {
	const [lon, lat] = [microDegrees(g.lon, 180), microDegrees(g.lat, 90)];
	if (lon === null || lat === null) throw new Refusal({ status: 1, code: 'place_unclear', detail: '', params: {}, errors: [] });
	return { id: g.id, name_zh: g.name_zh, name_en: g.name_en, lon, lat, windows: g.windows, max_trips: Number(g.max_trips) || 0, max_millilitres: Math.round((Number(g.litres) || 0) * 1000) };
}
