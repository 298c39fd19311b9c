/*
 * The queue of tasks that a worker may begin: first in, first out.
 *
 * All of it belongs to the pool's lock.  It is small on purpose, so that another
 * one can take its place.
 */
#ifndef ASYRI_POOL_TASK_QUEUE_H
#define ASYRI_POOL_TASK_QUEUE_H

#include <asyncresult/types.h>

#include "../base/list.h"

typedef struct asyri_task_queue {
    asyri_list tasks;
} asyri_task_queue;

void asyri_task_queue_init(asyri_task_queue *queue);
void asyri_task_queue_push(asyri_task_queue *queue, asyr_task *task);
asyr_task *asyri_task_queue_pop(asyri_task_queue *queue); /* NULL when empty */
void asyri_task_queue_remove(asyr_task *task);
bool asyri_task_queue_is_empty(const asyri_task_queue *queue);

#endif
