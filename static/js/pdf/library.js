// pdf.js, fetched with the first PDF that is opened; the last document stays open for its next citation.
// Only the stretches of the file that a page needs are asked for. It never runs what a PDF brings along:
// no scripts, no forms, no links; pictures are decoded without WebAssembly, which our pages forbid.
const STRETCH = 256 * 1024; // bytes asked for at once; a smaller file comes whole

let opened = { url: "", pdf: null, task: null };

export async function openPdf({ url, library, worker, parts }) {
  const pdfjs = await import(library);
  if (opened.url !== url) {
    closePdf();
    pdfjs.GlobalWorkerOptions.workerSrc = worker;
    const task = pdfjs.getDocument({
      url,
      cMapUrl: `${parts}cmaps/`,
      standardFontDataUrl: `${parts}standard_fonts/`,
      wasmUrl: `${parts}wasm/`,
      useWasm: false,
      enableXfa: false,
      rangeChunkSize: STRETCH,
      disableAutoFetch: true,
      disableStream: true,
      verbosity: pdfjs.VerbosityLevel.ERRORS,
    });
    opened = { url, task, pdf: task.promise };
    task.promise.catch(closePdf);
  }
  return { pdfjs, pdf: await opened.pdf };
}

function closePdf() {
  opened.task?.destroy();
  opened = { url: "", pdf: null, task: null };
}
