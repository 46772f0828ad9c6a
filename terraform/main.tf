# One RDS MySQL instance with what belongs to it: subnet group, security group, parameter group, automated backups.

provider "aws" {
  region = var.region
  default_tags {
    tags = {
      application = var.name
      managed-by  = "terraform"
    }
  }
}

locals {
  # "8.4.7" belongs to the family mysql8.4.
  family = "mysql${join(".", slice(split(".", var.engine_version), 0, 2))}"
}

resource "aws_db_subnet_group" "this" {
  name_prefix = "${var.name}-"
  description = "Private subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

resource "aws_security_group" "database" {
  name_prefix = "${var.name}-"
  description = "MySQL of ${var.name}"
  vpc_id      = var.vpc_id
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "mysql" {
  for_each          = var.client_cidr_blocks
  security_group_id = aws_security_group.database.id
  description       = "MySQL from ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 3306
  to_port           = 3306
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${var.name}-"
  description = "MySQL of ${var.name}"
  family      = local.family

  # RDS keeps switches as 1 and 0; writing ON would show as a change for ever.
  parameter {
    name  = "require_secure_transport"
    value = "1"
  }
  parameter {
    name  = "local_infile"
    value = var.local_infile ? "1" : "0"
  }
  parameter {
    name  = "character_set_server"
    value = "utf8mb4"
  }
  parameter {
    name  = "slow_query_log"
    value = "1"
  }
  parameter {
    name  = "long_query_time"
    value = "1"
  }
  parameter {
    name         = "performance_schema"
    value        = "1"
    apply_method = "pending-reboot"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  identifier     = var.name
  engine         = "mysql"
  engine_version = var.engine_version
  instance_class = var.instance_class
  # Fails past the end of standard support instead of billing for extended support.
  engine_lifecycle_support = "open-source-rds-extended-support-disabled"

  db_name                             = var.database
  username                            = var.username
  manage_master_user_password         = true
  iam_database_authentication_enabled = true

  storage_type          = "gp3"
  allocated_storage     = var.allocated_storage
  max_allocated_storage = var.max_allocated_storage
  storage_encrypted     = true

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.database.id]
  parameter_group_name   = aws_db_parameter_group.this.name
  publicly_accessible    = false
  multi_az               = var.multi_az
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period   = var.backup_retention_days
  backup_window             = "02:00-03:00"
  maintenance_window        = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  skip_final_snapshot       = false
  final_snapshot_identifier = "${var.name}-final"
  deletion_protection       = var.deletion_protection

  auto_minor_version_upgrade      = true
  apply_immediately               = false
  enabled_cloudwatch_logs_exports = ["error", "slowquery"]
}
