# Swaps rows and columns of the confusion matrix; the rest is right.
# %% confusion_matrix
def confusion_matrix(y_true, y_pred, num_classes):
    cm = np.zeros((num_classes, num_classes))
    for t, p in zip(y_true, y_pred):
        cm[p][t] += 1
    return cm


# %% accuracy
def accuracy(matrix):
    if matrix.sum() == 0:
        return 0
    return matrix.diagonal().sum() / matrix.sum()


# %% precision_recall
def precision_recall(matrix):
    tn, fp, fn, tp = matrix.ravel()
    pre = 0 if tp + fp == 0 else tp / (tp + fp)
    rec = 0 if tp + fn == 0 else tp / (tp + fn)
    return pre, rec


# %% f_beta
def f_beta(precision, recall, beta=1.0):
    if precision == 0 and recall == 0:
        return 0.0
    b2 = beta * beta
    return (1 + b2) * precision * recall / (b2 * precision + recall)


# %% best_threshold
def best_threshold(y_true, scores):
    best = (0.0, -1.0)
    for s in sorted(set(scores), reverse=True):
        tp = sum((scores >= s) & (y_true == 1))
        fp = sum((scores >= s) & (y_true == 0))
        fn = sum((scores < s) & (y_true == 1))
        f1 = 2 * tp / (2 * tp + fp + fn)
        if f1 > best[1]:
            best = (s, f1)
    return best


# %% k_fold
def k_fold(n, k):
    val, start = [], 0
    for j in range(k):
        stop = start + n // k + (j < n % k)
        val.append(list(range(start, stop)))
        start = stop
    return [[i for i in range(n) if i not in fold] for fold in val], val


# %% roc_auc
def roc_auc(y_true, scores):
    total = 0.0
    for p in scores[y_true == 1]:
        for q in scores[y_true == 0]:
            total += 1.0 if p > q else 0.5 if p == q else 0.0
    return total / (sum(y_true == 1) * sum(y_true == 0))
