/* The queue of tasks: an intrusive list. */
#include "task_queue.h"

#include "job.h"

void asyri_task_queue_init(asyri_task_queue *queue)
{
    asyri_list_init(&queue->tasks);
}

void asyri_task_queue_push(asyri_task_queue *queue, asyr_task *task)
{
    asyri_list_append(&queue->tasks, &task->link);
}

asyr_task *asyri_task_queue_pop(asyri_task_queue *queue)
{
    asyri_list *first = asyri_list_take_first(&queue->tasks);
    return first ? ASYRI_OBJECT(first, asyr_task, link) : NULL;
}

void asyri_task_queue_remove(asyr_task *task)
{
    asyri_list_remove(&task->link);
}

bool asyri_task_queue_is_empty(const asyri_task_queue *queue)
{
    return asyri_list_is_empty(&queue->tasks);
}
