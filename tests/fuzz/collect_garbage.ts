/**
 * Loaded by a server before its program: collects garbage on SIGUSR2 and says
 * so, since memory that could be freed is no leak.
 */
declare const gc: () => void;

Deno.addSignalListener("SIGUSR2", () => {
  gc();
  console.log("Garbage is collected");
});
