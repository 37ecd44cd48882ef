const browsers: [RegExp, string][] = [[/MicroMessenger/, 'WeChat'], [/Edg/, 'Edge'], [/OPR|Opera/, 'Opera'], [/SamsungBrowser/, 'Samsung Internet'], [/Firefox|FxiOS/, 'Firefox'], [/Chrome|CriOS/, 'Chrome'], [/Safari/, 'Safari']];
const systems: [RegExp, string][] = [[/HarmonyOS|OpenHarmony/, 'HarmonyOS'], [/Android/, 'Android'], [/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Windows/, 'Windows'], [/Mac OS/, 'Mac'], [/Linux|X11/, 'Linux']];

/** A browser's own description of itself as its owner would call the device: Chrome · Android. */
export function deviceName(agent: string): string {
	const named = [browsers, systems].map((list) => list.find(([sign]) => sign.test(agent))?.[1]).filter(Boolean);
	return named.join(' · ') || agent.slice(0, 60);
}

/** What was kept on this device under a name, or nothing. */
export function kept<T>(name: string): T | null {
	try {
		return JSON.parse(localStorage.getItem(name) ?? 'null');
	} catch {
		return null; // not in a browser, or nothing that can be read
	}
}

/** Keeps something on this device; nothing forgets what was kept. */
export function keep(name: string, value: unknown) {
	if (value) localStorage.setItem(name, JSON.stringify(value));
	else localStorage.removeItem(name);
}
