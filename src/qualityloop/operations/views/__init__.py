"""Pages 工单 and 服务交互."""
