import type { components } from '$lib/api/schema';
import { locale } from '$lib/locale';

type Schemas = components['schemas'];
export type Terms = Schemas['RoundTerms'];
export type Round = Schemas['Round'];
export type Item = Schemas['Item'];
export type Line = Schemas['Line'];
export type Mine = Schemas['Mine'];
export type Order = Schemas['Order'];
export type Left = Schemas['Left'];
export type Progress = Schemas['Progress'];

/** The states of a round's way, in order; a round that ended early stands at none of them. */
export const way = ['open', 'closed', 'allocated', 'arriving', 'delivering', 'done'] as const;

/** An item's name in the reader's language. */
export function itemName(round: { items: Item[] }, id: string): string {
	const item = round.items?.find((i) => i.id === id);
	if (!item) return id;
	return (locale() === 'en' ? item.name_en : item.name_zh) || item.name_zh || item.name_en;
}

export function itemUnit(round: { items: Item[] }, id: string): string {
	return round.items?.find((i) => i.id === id)?.unit ?? 'pack';
}

/** What a line has come to: asked for, given by the market, counted at the gate, handed over. */
export interface Sums {
	asked: number;
	given: number;
	counted: number;
	handed: number;
	allCounted: boolean;
	outcomes: string[];
}

export function sumsOf(line: Line): Sums {
	const served = line.served;
	const sum = (of: (s: NonNullable<Line['served']>[number]) => number) => served.reduce((total, s) => total + of(s), 0);
	return {
		asked: line.quantity + line.extra,
		given: sum((s) => (s.instead ? 0 : s.quantity)),
		counted: sum((s) => (s.counted ? s.received : 0)),
		handed: sum((s) => s.handed),
		allCounted: served.length > 0 && served.every((s) => s.counted),
		outcomes: [...new Set(served.map((s) => s.outcome).filter((o) => o !== ''))],
	};
}

/** The highest amount that lines can come to, in minor units, without the leader's commission. */
export function mostOf(round: { items: Item[] }, lines: { item: string; quantity: number; tolerance?: number }[]): number {
	return lines.reduce((total, l) => total + (l.quantity + (l.tolerance ?? 0)) * (round.items?.find((i) => i.id === l.item)?.unit_cap ?? 0), 0);
}

/** The commission on an amount, in minor units; the basis is hundredths of a per cent. */
export function commissionOn(minor: number, basis: number): number {
	return Math.floor((minor * basis) / 10_000);
}
