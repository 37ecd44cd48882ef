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
	also?: RegExp;
}

export const areas: Area[] = [
	{ href: '/', icon: 'home', name: m.area_home, role: null },
	{ href: '/leader', icon: 'people', name: m.area_leader, role: 'leader', also: /^\/(group-buys\/(new|.*\/(lead|money|prices|sheet|chain|claims))|households|invitations)$/ },
	{ href: '/supplier', icon: 'truck', name: m.area_supplier, role: 'supplier', also: /^\/(lots\/|deliveries\/|suppliers\/|invitations$)/ },
	{ href: '/gate', icon: 'gate', name: m.area_gate, role: 'coordinator', also: /^\/(households|claims|deliveries|compounds|campaigns\/|invitations$)/ },
	{ href: '/courier', icon: 'walk', name: m.area_courier, role: 'courier', also: /^\/runs\// },
	{ href: '/setup', icon: 'home', name: m.area_setup, role: 'operator', also: /^\/(compounds|products|suppliers|imports|invitations$)/ },
	{ href: '/markets', icon: 'market', name: m.area_markets, role: 'operator' },
];

/** The area that a path lies in, of those that a person has. */
export function areaOf(path: string, mine: Area[]): string {
	const inside = mine.find((a) => a.role && (path === a.href || path.startsWith(a.href + '/') || a.also?.test(path)));
	return inside?.href ?? '/';
}
