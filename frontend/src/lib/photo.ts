const widest = 1280;
const largest = 300_000;

/** A photo from the phone's camera as a data: URL small enough to send over a poor network. */
export async function shrink(file: File): Promise<string> {
	const image = await createImageBitmap(file);
	const scale = Math.min(1, widest / Math.max(image.width, image.height));
	const canvas = document.createElement('canvas');
	canvas.width = Math.round(image.width * scale);
	canvas.height = Math.round(image.height * scale);
	canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
	for (const quality of [0.8, 0.6, 0.4]) {
		const url = canvas.toDataURL('image/jpeg', quality);
		if (url.length < largest) return url;
	}
	return canvas.toDataURL('image/jpeg', 0.2);
}
