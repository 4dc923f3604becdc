# Never thought of a fraction with nothing below the line, nor of what division leaves over.
# %% confusion_matrix
def confusion_matrix(y_true, y_pred, num_classes):
    return np.bincount(num_classes * y_true + y_pred, minlength=num_classes**2).reshape(
        num_classes, num_classes
    )


# %% accuracy
def accuracy(matrix):
    return np.trace(matrix) / np.sum(matrix)


# %% precision_recall
def precision_recall(matrix):
    tp = matrix[1, 1]
    return tp / matrix[:, 1].sum(), tp / matrix[1, :].sum()


# %% f_beta
def f_beta(precision, recall, beta=1.0):
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


# %% best_threshold
def best_threshold(y_true, scores):
    candidates = np.unique(scores)
    f1 = []
    for c in candidates:
        pre, rec = precision_recall(confusion_matrix(y_true, (scores >= c).astype(int), 2))
        f1.append(f_beta(pre, rec))
    f1 = np.nan_to_num(f1)
    return candidates[np.argmax(f1)], np.max(f1)


# %% k_fold
def k_fold(n, k):
    size = n // k
    folds = [np.arange(j * size, (j + 1) * size) for j in range(k)]
    return [np.setdiff1d(np.arange(n), fold) for fold in folds], folds
