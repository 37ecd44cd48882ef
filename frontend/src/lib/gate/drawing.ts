/** A place on the drawing, in its own units: the drawing is 100 wide. */
export interface Point {
	x: number;
	y: number;
}

interface Placed {
	lon: number;
	lat: number;
}

interface Site {
	lon: number;
	lat: number;
	buildings: (Placed & { no: string })[];
	gates: (Placed & { id: string })[];
}

const colours = ['#0a6446', '#9e1f24', '#2b4a7d', '#7a4a00', '#6b2a7a', '#00656b', '#8a1f5c', '#4d5a00'];

/** The colour of the i-th run, on the drawing and beside it. */
export const colour = (i: number) => colours[i % colours.length] ?? '';

const width = 100;
const margin = 6;

/** Puts a compound's buildings and gates on a drawing, north up, distances true to each other. The first gate has an empty name. */
export function drawing(site: Site): { width: number; height: number; buildings: Map<string, Point>; gates: Map<string, Point> } {
	const gates = site.gates.length > 0 ? site.gates : [{ ...site, id: '' }];
	const all = [...site.buildings, ...gates];
	const squeeze = Math.cos((site.lat / 1e6) * (Math.PI / 180));
	const flat = (p: Placed) => ({ x: p.lon * squeeze, y: -p.lat });
	const xs = all.map((p) => flat(p).x);
	const ys = all.map((p) => flat(p).y);
	const [left, top] = [Math.min(...xs), Math.min(...ys)];
	const wide = Math.max(...xs) - left || 1;
	const high = Math.max(...ys) - top;
	const scale = (width - 2 * margin) / Math.max(wide, high / 1.1);
	const place = (p: Placed): Point => ({ x: margin + (flat(p).x - left) * scale + (width - 2 * margin - wide * scale) / 2, y: margin + (flat(p).y - top) * scale });
	return {
		width,
		height: Math.max(20, Math.round(high * scale + 2 * margin)),
		buildings: new Map(site.buildings.map((b) => [b.no, place(b)])),
		gates: new Map(gates.map((g, i) => [i === 0 ? '' : g.id, place(g)])),
	};
}
