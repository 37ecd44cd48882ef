import { api } from '$lib/api/client';
import type { Terms } from '$lib/orders/round';

/** The rounds that a statement names, by id; one that is not shared any more is left out. */
export async function readRounds(ids: (string | undefined)[]): Promise<Map<string, Terms>> {
	const wanted = [...new Set(ids.filter((id): id is string => !!id))].slice(0, 60);
	const answers = await Promise.all(wanted.map((id) => api.GET('/api/g/{id}', { params: { path: { id } } })));
	return new Map(answers.flatMap((a) => (a.data ? [[a.data.id, a.data] as const] : [])));
}
