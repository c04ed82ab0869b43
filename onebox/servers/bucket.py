"""Make the bucket of a private MinIO, once: ``python -m onebox.servers.bucket``."""

import os
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def main() -> None:
    """Make it with Object Lock, which brings versioning and can never be taken away again."""
    secret = Path(os.environ["PAILLASSE_SECRETS_DIR"]) / "s3_secret_key"
    client = boto3.client(
        "s3",
        endpoint_url=os.environ["PAILLASSE_S3_URL"],
        region_name="us-east-1",
        aws_access_key_id=os.environ["PAILLASSE_S3_ACCESS_KEY"],
        aws_secret_access_key=secret.read_text(encoding="utf-8").strip(),
        config=Config(s3={"addressing_style": "path"}),
    )
    try:
        client.create_bucket(Bucket=os.environ["PAILLASSE_S3_BUCKET"], ObjectLockEnabledForBucket=True)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise


if __name__ == "__main__":
    main()
