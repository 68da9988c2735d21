// Runs an embedded API over HTTPS until its input ends; prints how it is reached, as JSON.
import { startCluster } from "@weir/cluster";

const cluster = await startCluster({ listen: {}, loops: { workloads: "off" } });
const { endpoint, certificateAuthority } = cluster;
process.stdout.write(`${JSON.stringify({ ...endpoint, certificateAuthority })}\n`);
process.stdin.resume().once("end", () => process.exit());
