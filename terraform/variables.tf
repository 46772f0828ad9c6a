variable "name" {
  description = "Name of the instance and prefix of everything beside it."
  type        = string
  default     = "gannet"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,40}$", var.name))
    error_message = "The name is lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-central-1"
}

variable "vpc_id" {
  description = "VPC that the instance lives in."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets in at least two availability zones."
  type        = list(string)
  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "RDS asks for subnets in at least two availability zones."
  }
}

variable "client_cidr_blocks" {
  description = "Networks that may connect."
  type        = set(string)
  validation {
    condition     = alltrue([for block in var.client_cidr_blocks : can(cidrhost(block, 0)) && !endswith(block, "/0")])
    error_message = "Each is a CIDR block, and none is the whole internet."
  }
}

variable "engine_version" {
  description = "MySQL version; two numbers let minor upgrades run."
  type        = string
  default     = "8.4"
  validation {
    condition     = can(regex("^(8\\.0|8\\.4|9\\.[0-9]+)(\\.[0-9]+)?$", var.engine_version))
    error_message = "The version is 8.0, 8.4 or 9.x."
  }
}

variable "instance_class" {
  description = "Instance class."
  type        = string
  default     = "db.t4g.micro"
}

variable "allocated_storage" {
  description = "Storage at first, in GiB."
  type        = number
  default     = 20
}

variable "max_allocated_storage" {
  description = "Storage at most, in GiB; RDS grows it by itself."
  type        = number
  default     = 100
}

variable "database" {
  description = "Schema made with the instance."
  type        = string
  default     = "shop"
}

variable "username" {
  description = "Master user. Its password is made and kept by AWS Secrets Manager."
  type        = string
  default     = "gannet_admin"
  validation {
    condition     = !contains(["admin", "root", "mysql"], var.username)
    error_message = "Take a name that nobody guesses first."
  }
}

variable "multi_az" {
  description = "Whether a standby waits in another availability zone."
  type        = bool
  default     = false
}

variable "backup_retention_days" {
  description = "Days that automated backups are kept."
  type        = number
  default     = 7
  validation {
    condition     = var.backup_retention_days >= 7 && var.backup_retention_days <= 35
    error_message = "Keep backups for 7 to 35 days."
  }
}

variable "local_infile" {
  description = "Whether LOAD DATA LOCAL is possible; gannet load falls back to INSERT where it is not."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Whether the instance refuses to be deleted."
  type        = bool
  default     = true
}
