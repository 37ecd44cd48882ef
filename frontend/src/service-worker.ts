/// <reference types="@sveltejs/kit" />
/// <reference lib="webworker" />
import { build, files, version } from '$service-worker';

// The pages themselves work without a network: everything they are made of is
// kept at the first visit. What the service answers is never kept here; the
// courier's run keeps its own copy.
const worker = self as unknown as ServiceWorkerGlobalScope;
const kept = `pages-${version}`;
const assets = ['/', ...build, ...files];

worker.addEventListener('install', (event) => {
	event.waitUntil(
		caches
			.open(kept)
			.then((cache) => cache.addAll(assets))
			.then(() => worker.skipWaiting()),
	);
});

worker.addEventListener('activate', (event) => {
	event.waitUntil(
		caches
			.keys()
			.then((names) => Promise.all(names.filter((name) => name !== kept).map((name) => caches.delete(name))))
			.then(() => worker.clients.claim()),
	);
});

worker.addEventListener('fetch', (event) => {
	const url = new URL(event.request.url);
	if (event.request.method !== 'GET' || url.origin !== worker.location.origin) return;
	if (url.pathname.startsWith('/api/')) return;
	event.respondWith(event.request.mode === 'navigate' ? page(event.request) : asset(event.request));
});

async function asset(request: Request): Promise<Response> {
	return (await caches.match(request)) ?? fetch(request);
}

async function page(request: Request): Promise<Response> {
	try {
		return await fetch(request);
	} catch (err) {
		const shell = await caches.match('/');
		if (shell) return shell;
		throw err;
	}
}
