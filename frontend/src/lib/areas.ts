import { m } from '$messages';
import type { Role } from './session.svelte';
import type { IconName } from './ui/Icon.svelte';

/** One part of the pages: whoever holds its role finds it in the bar. */
export interface Area {
	href: string;
	icon: IconName;
	name: () => string;
	role: Role | null;
}

export const areas: Area[] = [
	{ href: '/', icon: 'home', name: m.area_home, role: null },
	{ href: '/leader', icon: 'people', name: m.area_leader, role: 'leader' },
	{ href: '/supplier', icon: 'truck', name: m.area_supplier, role: 'supplier' },
	{ href: '/gate', icon: 'gate', name: m.area_gate, role: 'coordinator' },
	{ href: '/courier', icon: 'walk', name: m.area_courier, role: 'courier' },
	{ href: '/markets', icon: 'market', name: m.area_markets, role: 'operator' },
];

/** The longest area that a path lies in. */
export function areaOf(path: string): string {
	const inside = areas.filter((a) => a.href !== '/' && (path === a.href || path.startsWith(a.href + '/')));
	return inside[0]?.href ?? '/';
}
