import { api } from './api/client';
import { ask } from './api/problem';
import type { components } from './api/schema';
import { named } from './place';

export type Product = components['schemas']['Product'];
export type Tier = components['schemas']['Tier'];

/** Names by id, for pages that show what the service tells by id. */
export interface Names {
	product(id: string): string;
	unit(id: string): string;
	supplier(id: string): string;
}

/** Reads what is sold and by whom, once a page. */
export async function readNames(): Promise<Names & { products: Product[] }> {
	const [products, suppliers] = await Promise.all([ask(api.GET('/api/products')), ask(api.GET('/api/suppliers'))]);
	const of = new Map(products.map((p) => [p.id, p]));
	const sellers = new Map(suppliers.map((s) => [s.id, s]));
	const name = (found: { name_zh: string; name_en: string } | undefined, id: string) => (found && named(found)) || id;
	return {
		products: products,
		product: (id) => name(of.get(id), id),
		unit: (id) => of.get(id)?.unit ?? 'pack',
		supplier: (id) => name(sellers.get(id), id),
	};
}

/** The unit price that a quantity at one drop reaches; prices hold for every unit of it. */
export function priceAt(tiers: readonly Tier[], quantity: number): number | undefined {
	let price = tiers[0]?.unit_price;
	for (const tier of tiers) if (quantity >= tier.from) price = tier.unit_price;
	return price;
}
