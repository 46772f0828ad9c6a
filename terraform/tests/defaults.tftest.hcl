mock_provider "aws" {
  mock_resource "aws_db_instance" {
    defaults = {
      endpoint           = "gannet.abc.eu-central-1.rds.amazonaws.com:3306"
      master_user_secret = [{ kms_key_id = "", secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x", secret_status = "active" }]
    }
  }
}

variables {
  vpc_id             = "vpc-1"
  subnet_ids         = ["subnet-1", "subnet-2"]
  client_cidr_blocks = ["10.0.0.0/16"]
}

run "safe_defaults" {
  assert {
    condition     = aws_db_instance.this.storage_encrypted && !aws_db_instance.this.publicly_accessible && aws_db_instance.this.deletion_protection
    error_message = "The instance must be encrypted, private and protected."
  }
  assert {
    condition     = aws_db_instance.this.backup_retention_period >= 7 && aws_db_instance.this.manage_master_user_password
    error_message = "Backups must be kept and the password must be managed."
  }
  assert {
    condition     = output.mysql_url == "mysql://gannet_admin@gannet.abc.eu-central-1.rds.amazonaws.com:3306/shop?ssl-mode=VERIFY_IDENTITY&ssl-ca=global-bundle.pem"
    error_message = "The URL is not ready for MYSQL_URL."
  }
}

run "family_follows_version" {
  variables {
    engine_version = "8.0.40"
  }
  assert {
    condition     = aws_db_parameter_group.this.family == "mysql8.0"
    error_message = "The family must follow the version."
  }
}

run "the_whole_internet_is_refused" {
  command = plan
  variables {
    client_cidr_blocks = ["0.0.0.0/0"]
  }
  expect_failures = [var.client_cidr_blocks]
}

run "short_retention_is_refused" {
  command = plan
  variables {
    backup_retention_days = 1
  }
  expect_failures = [var.backup_retention_days]
}
