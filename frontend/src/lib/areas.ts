import { m } from '$messages';
import type { Role } from './session.svelte';
import type { IconName } from './ui/Icon.svelte';

/** One part of the pages: whoever holds its role finds it in the bar. */
export interface Area {
	href: string;
	icon: IconName;
	name: () => string;
	role: Role | null;
	/** Other folders that belong to it. */
	also?: string[];
}

export const areas: Area[] = [
	{ href: '/', icon: 'home', name: m.area_home, role: null },
	{ href: '/leader', icon: 'people', name: m.area_leader, role: 'leader' },
	{ href: '/supplier', icon: 'truck', name: m.area_supplier, role: 'supplier', also: ['/lots'] },
	{ href: '/gate', icon: 'gate', name: m.area_gate, role: 'coordinator', also: ['/households'] },
	{ href: '/courier', icon: 'walk', name: m.area_courier, role: 'courier' },
	{ href: '/markets', icon: 'market', name: m.area_markets, role: 'operator' },
];

/** The longest area that a path lies in. */
export function areaOf(path: string): string {
	const inside = areas.filter((a) => a.href !== '/' && [a.href, ...(a.also ?? [])].some((at) => path === at || path.startsWith(at + '/')));
	return inside[0]?.href ?? '/';
}
