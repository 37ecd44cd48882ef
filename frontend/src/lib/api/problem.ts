/** What the service says when it says no (RFC 9457), with the stable code that pages translate by. */
export interface Problem {
	status: number;
	code: string;
	detail: string;
	params: Record<string, unknown>;
	errors: { path: string; message: string }[];
}

/** A refused request. */
export class Refusal extends Error {
	constructor(readonly problem: Problem) {
		super(problem.detail);
	}
}

interface Answer<T> {
	data?: T;
	error?: unknown;
	response: Response;
}

/** Gives the answer's data, or throws a Refusal; a lost network is the code `offline`. */
export async function ask<T>(request: Promise<Answer<T>>): Promise<T> {
	let answer: Answer<T>;
	try {
		answer = await request;
	} catch {
		throw new Refusal(offline());
	}
	if (!answer.response.ok) throw new Refusal(problemOf(answer.error, answer.response.status));
	return answer.data as T;
}

/** Reads a problem document out of whatever the service or a proxy before it answered. */
export function problemOf(body: unknown, status: number): Problem {
	const b = (body && typeof body === 'object' ? body : {}) as Partial<Problem>;
	return {
		status,
		code: b.code ?? (status >= 500 ? 'internal' : 'not_found'),
		detail: b.detail ?? '',
		params: b.params ?? {},
		errors: b.errors ?? [],
	};
}

/** Turns anything thrown into a problem that a page can show. */
export function caught(err: unknown): Problem {
	if (err instanceof Refusal) return err.problem;
	console.error(err);
	return { status: 0, code: 'page_broken', detail: '', params: {}, errors: [] };
}

/** Whether the service has said no: nothing was done, and the same again is another try. */
export const refused = (p: Problem) => p.status >= 400 && p.status < 500;

function offline(): Problem {
	return { status: 0, code: 'offline', detail: '', params: {}, errors: [] };
}
