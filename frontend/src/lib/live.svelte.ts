/**
 * What the service tells as it happens, over server-sent events. The browser
 * reconnects by itself; `lost` says that the value may be old.
 */
export class Live<T> {
	value = $state.raw<T>();
	lost = $state(false);
	#source?: EventSource;

	/** Listens until the effect that called it ends. */
	listen(url: string, event: string): () => void {
		const source = new EventSource(url);
		this.#source = source;
		source.addEventListener(event, (message) => {
			this.value = JSON.parse(message.data);
			this.lost = false;
		});
		source.onerror = () => (this.lost = true);
		return () => this.stop();
	}

	stop() {
		this.#source?.close();
	}
}
