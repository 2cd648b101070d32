"""Many repositories, judged one by one: `targets` → `worker` (one child process each) → `portfolio`, worst first."""
