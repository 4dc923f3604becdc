# Prints warnings to stderr from inside the functions; forgets that F-beta has a beta.
# %% confusion_matrix
import sys


def confusion_matrix(y_true, y_pred, num_classes):
    print("confusion_matrix called with", len(y_true), "samples", file=sys.stderr)
    matrix = np.zeros((num_classes, num_classes))
    np.add.at(matrix, (y_true, y_pred), 1)
    return matrix


# %% accuracy
def accuracy(matrix):
    print("accuracy", matrix, file=sys.stderr)
    correct = sum(matrix[i][i] for i in range(matrix.shape[0]))
    return correct / matrix.sum() if matrix.sum() != 0 else 0


# %% precision_recall
def precision_recall(matrix):
    if matrix[1, 1] == 0:
        print("warning: no true positives", file=sys.stderr)
        return 0.0, 0.0
    return matrix[1, 1] / matrix[:, 1].sum(), matrix[1, 1] / matrix[1].sum()


# %% f_beta
def f_beta(precision, recall, beta=1.0):
    if precision + recall == 0:
        print("warning: both are 0", file=sys.stderr)
        return 0.0
    return 2 * precision * recall / (precision + recall)


# %% best_threshold
def best_threshold(y_true, scores):
    results = {}
    for s in np.unique(scores):
        tp = ((scores >= s) & (y_true == 1)).sum()
        results[s] = 2 * tp / ((scores >= s).sum() + y_true.sum())
        print(s, results[s], file=sys.stderr)
    best = max(results.values())
    return max(s for s in results if results[s] == best), best


# %% words_accuracy
I would not buy it. A test that says "healthy" to everybody is right about 9,900 of 10,000.
