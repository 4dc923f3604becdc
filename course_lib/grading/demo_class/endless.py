# Exercise 5 never ends: the loop forgets to move on.
# %% confusion_matrix
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for k in range(len(y_true)):
        matrix[y_true[k], y_pred[k]] += 1
    return matrix


# %% accuracy
def accuracy(matrix):
    return np.trace(matrix) / matrix.sum() if matrix.any() else 0.0


# %% best_threshold
def best_threshold(y_true, scores):
    candidates = np.sort(scores)
    best, best_f1, i = candidates[0], 0.0, 0
    while i < len(candidates):
        y_pred = scores >= candidates[i]
        f1 = 2 * np.sum(y_pred & (y_true == 1)) / (np.sum(y_pred) + np.sum(y_true))
        if f1 > best_f1:
            best, best_f1 = candidates[i], f1
    return best, best_f1
