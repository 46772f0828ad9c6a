output "endpoint" {
  description = "host:port of the instance."
  value       = aws_db_instance.this.endpoint
}

output "mysql_url" {
  description = "Value for MYSQL_URL, without the password: set MYSQL_PWD from the secret. The CA file is AWS's global bundle."
  value       = "mysql://${var.username}@${aws_db_instance.this.endpoint}/${var.database}?ssl-mode=VERIFY_IDENTITY&ssl-ca=global-bundle.pem"
}

output "master_user_secret_arn" {
  description = "ARN of the secret that holds the master password."
  value       = one(aws_db_instance.this.master_user_secret[*].secret_arn)
}

output "parameter_group" {
  description = "Name of the parameter group."
  value       = aws_db_parameter_group.this.name
}

output "security_group_id" {
  description = "Security group of the instance."
  value       = aws_security_group.database.id
}
