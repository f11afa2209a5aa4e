// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Driver of faultline-master (integrations/qemu/master.c): a process that opens /dev/faultline-masterN gives the device its own
 * address space, and jobs in it.
 */
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/wait.h>

#include "faultline_master.h"
#include "master_regs.h"

struct fm {
	struct device *dev;
	void __iomem *regs;
	struct miscdevice misc;
	unsigned int queues;
	unsigned long used; /* queues */
	wait_queue_head_t freed;
	struct completion done[MASTER_MOST_QUEUES];
};

struct fm_file {
	struct fm *fm;
	struct iommu_sva *sva;
	struct mutex lock;
	int queue; /* of the job that is under way, or -1 */
};

static u64 queue_read(struct fm *fm, int queue, unsigned int offset)
{
	return readq(fm->regs + MASTER_QUEUE(queue) + offset);
}

static void queue_write(struct fm *fm, int queue, unsigned int offset, u64 value)
{
	writeq(value, fm->regs + MASTER_QUEUE(queue) + offset);
}

static irqreturn_t fm_irq(int irq, void *data)
{
	struct fm *fm = data;
	unsigned long pending = readq(fm->regs + MASTER_PENDING);
	unsigned int queue;

	if (!pending)
		return IRQ_NONE;
	writeq(pending, fm->regs + MASTER_PENDING);
	for_each_set_bit(queue, &pending, fm->queues) complete(&fm->done[queue]);
	return IRQ_HANDLED;
}

static int take_queue(struct fm *fm)
{
	unsigned int queue;

	for (queue = 0; queue < fm->queues; queue++)
		if (!test_and_set_bit(queue, &fm->used))
			return queue;
	return -1;
}

static void give_queue(struct fm_file *file)
{
	clear_bit(file->queue, &file->fm->used);
	file->queue = -1;
	wake_up(&file->fm->freed);
}

static long fm_start(struct fm_file *file, void __user *arg)
{
	struct fm *fm = file->fm;
	struct faultline_job job;
	int queue, err;

	if (copy_from_user(&job, arg, sizeof(job)))
		return -EFAULT;
	if (file->queue >= 0)
		return -EBUSY;
	err = wait_event_killable(fm->freed, (queue = take_queue(fm)) >= 0);
	if (err)
		return err;
	file->queue = queue;
	reinit_completion(&fm->done[queue]);
	queue_write(fm, queue, MASTER_PASID, MASTER_PASID_VALID | iommu_sva_get_pasid(file->sva));
	queue_write(fm, queue, MASTER_ADDR, job.addr);
	queue_write(fm, queue, MASTER_LENGTH, job.length);
	queue_write(fm, queue, MASTER_BYTES, job.bytes);
	queue_write(fm, queue, MASTER_COUNT, job.count);
	queue_write(fm, queue, MASTER_OP, job.op);
	queue_write(fm, queue, MASTER_SEED, job.seed);
	queue_write(fm, queue, MASTER_DEPTH, job.depth);
	queue_write(fm, queue, MASTER_CONTROL, MASTER_START);
	return 0;
}

static long fm_wait(struct fm_file *file, void __user *arg)
{
	struct fm *fm = file->fm;
	struct faultline_job job = {};
	int queue = file->queue, err;

	if (queue < 0)
		return -EINVAL;
	err = wait_for_completion_killable(&fm->done[queue]);
	if (err) {
		/* The release waits for it. */
		return err;
	}
	job.addr = queue_read(fm, queue, MASTER_ADDR);
	job.status = queue_read(fm, queue, MASTER_STATUS);
	job.sum = queue_read(fm, queue, MASTER_SUM);
	job.done = queue_read(fm, queue, MASTER_DONE);
	job.stalled = queue_read(fm, queue, MASTER_STALLED);
	job.fault = queue_read(fm, queue, MASTER_FAULT);
	give_queue(file);
	return copy_to_user(arg, &job, sizeof(job)) ? -EFAULT : 0;
}

static long fm_counters(struct fm *fm, void __user *arg)
{
	struct faultline_counters counters = {
		.accesses = readq(fm->regs + MASTER_ACCESSES),
		.stalls = readq(fm->regs + MASTER_STALLS),
		.retries = readq(fm->regs + MASTER_RETRIES),
		.aborted = readq(fm->regs + MASTER_ABORTED),
		.waits = readq(fm->regs + MASTER_WAITS),
		.terminated = readq(fm->regs + MASTER_TERMINATED),
	};

	return copy_to_user(arg, &counters, sizeof(counters)) ? -EFAULT : 0;
}

static long fm_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct fm_file *file = filp->private_data;
	long ret;

	if (mutex_lock_killable(&file->lock))
		return -EINTR;
	switch (cmd) {
	case FAULTLINE_START:
		ret = fm_start(file, (void __user *)arg);
		break;
	case FAULTLINE_WAIT:
		ret = fm_wait(file, (void __user *)arg);
		break;
	case FAULTLINE_COUNTERS:
		ret = fm_counters(file->fm, (void __user *)arg);
		break;
	case FAULTLINE_PASID:
		ret = iommu_sva_get_pasid(file->sva);
		break;
	default:
		ret = -ENOTTY;
	}
	mutex_unlock(&file->lock);
	return ret;
}

static struct iommu_sva *bind(struct device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	return iommu_sva_bind_device(dev, current->mm, NULL);
#else
	return iommu_sva_bind_device(dev, current->mm);
#endif
}

static int fm_open(struct inode *inode, struct file *filp)
{
	struct fm *fm = container_of(filp->private_data, struct fm, misc);
	struct fm_file *file = kzalloc(sizeof(*file), GFP_KERNEL);
	int err;

	if (!file)
		return -ENOMEM;
	file->fm = fm;
	file->queue = -1;
	mutex_init(&file->lock);
	file->sva = bind(fm->dev);
	if (IS_ERR(file->sva)) {
		err = PTR_ERR(file->sva);
		kfree(file);
		return err;
	}
	filp->private_data = file;
	return 0;
}

/* Also where a process dies with a job under way: what is stalled has to end before the PASID may be another's. */
static int fm_release(struct inode *inode, struct file *filp)
{
	struct fm_file *file = filp->private_data;
	struct fm *fm = file->fm;

	if (file->queue >= 0) {
		queue_write(fm, file->queue, MASTER_CONTROL, MASTER_STOP);
		if (!wait_for_completion_timeout(&fm->done[file->queue], 60 * HZ))
			dev_err(fm->dev, "queue %d does not stop\n", file->queue);
		else
			give_queue(file);
	}
	iommu_sva_unbind_device(file->sva);
	kfree(file);
	return 0;
}

static const struct file_operations fm_fops = {
	.owner = THIS_MODULE,
	.open = fm_open,
	.release = fm_release,
	.unlocked_ioctl = fm_ioctl,
};

static int fm_probe(struct platform_device *pdev)
{
	static atomic_t number = ATOMIC_INIT(0);
	struct device *dev = &pdev->dev;
	struct fm *fm = devm_kzalloc(dev, sizeof(*fm), GFP_KERNEL);
	int irq, err, i;

	if (!fm)
		return -ENOMEM;
	fm->dev = dev;
	fm->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(fm->regs))
		return PTR_ERR(fm->regs);
	if (readq(fm->regs + MASTER_ID) != MASTER_MAGIC)
		return dev_err_probe(dev, -ENODEV, "not a master\n");
	fm->queues = min_t(u64, readq(fm->regs + MASTER_QUEUES), MASTER_MOST_QUEUES);
	init_waitqueue_head(&fm->freed);
	for (i = 0; i < MASTER_MOST_QUEUES; i++)
		init_completion(&fm->done[i]);
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;
	err = devm_request_irq(dev, irq, fm_irq, 0, dev_name(dev), fm);
	if (err)
		return err;
	platform_set_drvdata(pdev, fm);
	/* A device that stalls: faults first, then the address spaces. */
	err = iommu_dev_enable_feature(dev, IOMMU_DEV_FEAT_IOPF);
	if (err)
		return dev_err_probe(dev, err, "no page faults\n");
	err = iommu_dev_enable_feature(dev, IOMMU_DEV_FEAT_SVA);
	if (err)
		goto no_sva;
	fm->misc.minor = MISC_DYNAMIC_MINOR;
	fm->misc.fops = &fm_fops;
	fm->misc.parent = dev;
	fm->misc.name = devm_kasprintf(dev, GFP_KERNEL, "faultline-master%d", atomic_inc_return(&number) - 1);
	err = fm->misc.name ? misc_register(&fm->misc) : -ENOMEM;
	if (!err)
		return 0;
	iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_SVA);
no_sva:
	iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_IOPF);
	return dev_err_probe(dev, err, "no shared address spaces\n");
}

static void fm_take_away(struct platform_device *pdev)
{
	struct fm *fm = platform_get_drvdata(pdev);

	misc_deregister(&fm->misc);
	iommu_dev_disable_feature(fm->dev, IOMMU_DEV_FEAT_SVA);
	iommu_dev_disable_feature(fm->dev, IOMMU_DEV_FEAT_IOPF);
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
static int fm_remove(struct platform_device *pdev)
{
	fm_take_away(pdev);
	return 0;
}
#else
#define fm_remove fm_take_away
#endif

static const struct of_device_id fm_of_match[] = {
	{ .compatible = "faultline,master" },
	{},
};
MODULE_DEVICE_TABLE(of, fm_of_match);

static struct platform_driver fm_driver = {
	.probe = fm_probe,
	.remove = fm_remove,
	.driver = {
		.name = "faultline-master",
		.of_match_table = fm_of_match,
	},
};
module_platform_driver(fm_driver);

MODULE_DESCRIPTION("A DMA master that uses the address spaces of processes");
MODULE_LICENSE("Dual BSD/GPL");
