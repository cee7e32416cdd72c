/** Where a bucket is, as settings say it. */

/** A bucket, and who may use it. */
export interface S3Settings {
  /** Address of the bucket and of what keys begin with, with a slash at the end. */
  address: string;
  region: string;
  accessKeyId: string;
  /** Never logged. */
  secretAccessKey: string;
}

/** Settings by which a bucket is found. */
export interface S3Wish {
  /** `s3://bucket/folder?endpoint=https://…&region=…`. */
  url: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Names that regions have; it becomes part of a host's name. */
const REGION = /^[a-z0-9-]{1,40}$/;

/** The bucket that is meant, or a line that says what is wrong, without secrets. */
export function readS3(wish: S3Wish): S3Settings | string {
  const url = URL.canParse(wish.url) ? new URL(wish.url) : null;
  if (url?.username || url?.password) {
    return "must not hold a key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  }
  if (url?.protocol !== "s3:" || !BUCKET.test(url.hostname)) {
    return "must be like s3://bucket?endpoint=https://s3.example.org";
  }
  const { accessKeyId, secretAccessKey } = wish;
  if (!accessKeyId || !secretAccessKey) {
    return "needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  }
  const strange = [...url.searchParams.keys()].find((name) =>
    name !== "endpoint" && name !== "region"
  );
  // Passed over, a mistyped endpoint would send files to Amazon.
  if (strange !== undefined) {
    return "may have endpoint= and region= behind its ?, and nothing else";
  }
  const region = url.searchParams.get("region") || wish.region || "us-east-1";
  if (!REGION.test(region)) {
    return "or AWS_REGION has a region that can be none";
  }
  const given = url.searchParams.get("endpoint") ||
    `https://s3.${region}.amazonaws.com`;
  const endpoint = endpointOf(given);
  if (endpoint === null) {
    return "has an endpoint that is no address such as https://s3.example.org";
  }
  const folder = url.pathname.replace(/^\/+|\/+$/g, "");
  const address = `${endpoint}/${url.hostname}/${folder && `${folder}/`}`;
  return { address, region, accessKeyId, secretAccessKey };
}

function endpointOf(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin = url?.origin === text.replace(/\/$/, "");
  return url && isOrigin && /^https?:$/.test(url.protocol) ? url.origin : null;
}
