# Forgot a bracket in exercise 1, which Python cannot even read.
# %% confusion_matrix
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes)
    for t, p in zip(y_true, y_pred):
        matrix[t, p] += 1
    return matrix


# %% accuracy
def accuracy(matrix):
    total = matrix.sum()
    if total == 0:
        return 0.0
    return np.diag(matrix).sum() / total


# %% precision_recall
def precision_recall(matrix):
    tp = matrix[1][1]
    predicted = matrix[0][1] + tp
    positive = matrix[1][0] + tp
    precision = tp / predicted if predicted > 0 else 0
    recall = tp / positive if positive > 0 else 0
    return precision, recall
