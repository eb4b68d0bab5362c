"""Diagnosis reports (售后服务质量现状诊断报告) that were made and are kept, with what they can be made from again."""
