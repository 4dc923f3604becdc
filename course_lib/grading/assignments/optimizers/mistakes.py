"""The mistakes that people make in the assignment ``optimizers``: what they return."""

import numpy as np

from course_lib.grading.assignments.optimizers import references as right


def momentum_from_before(w, grad, v, alpha, mu):
    """Mistake: the velocity from before this step moves the weights."""
    return {"the array of new weights": w + v}


def averaged_velocity(w, grad, v, alpha, mu):
    """Mistake: an average of gradients, as in Adam, instead of a leaking sum."""
    v = mu * v - alpha * (1 - mu) * grad
    return w + v, v


def other_velocity(w, grad, v, alpha, mu):
    """Mistake: the rule of other libraries, whose velocity has the gradient's sign and units."""
    v = mu * v + grad
    return w - alpha * v, v


def without_leak(w, grad, v, alpha, mu):
    """Mistake: all of the velocity is kept."""
    v = v - alpha * grad
    return w + v, v


def uphill(w, grad, v, alpha, mu):
    """Mistake: the gradient pushes upwards."""
    v = mu * v + alpha * grad
    return w + v, v


def velocity_subtracted(w, grad, v, alpha, mu):
    """Mistake: the velocity, which is right, is subtracted."""
    return {"the array of new weights": w - right.momentum_update(w, grad, v, alpha, mu)[1]}


def adagrad(w, grad, s, alpha, eps, *, add=np.square, root=np.sqrt, old=False, sign=-1):
    """AdaGrad with something else added up, another root, or the sum from before the step."""
    total = s + add(grad)
    return w + sign * alpha * grad / (root(s if old else total) + eps), total


def eps_inside(w, grad, squares, alpha, eps):
    """Weights whose step has epsilon below the root."""
    return w - alpha * grad / np.sqrt(squares + eps)


def rmsprop(w, grad, r, alpha, gamma, eps, *, keep=None, add=None, root=np.sqrt, old=False):
    """RMSProp with other shares of old and new, another root, or the old average."""
    keep = gamma if keep is None else keep(gamma)
    add = 1 - gamma if add is None else add(gamma)
    average = keep * r + add * grad**2
    return w - alpha * grad / (root(r if old else average) + eps), average


def unsquared_average(w, grad, r, alpha, gamma, eps):
    """Mistake: an average of the gradients themselves."""
    average = gamma * r + (1 - gamma) * np.abs(grad)
    return w - alpha * grad / (np.sqrt(average) + eps), average


def adam(w, grad, m, r, t, alpha, beta1, beta2, eps, *, first=None, second=None, above=None):
    """The new weights with other corrections of the averages, or the gradient above the line."""
    _, m, r = right.adam_update(w, grad, m, r, t, alpha, beta1, beta2, eps)
    m_hat = m / (1 - beta1**t if first is None else first(beta1, t))
    r_hat = r / (1 - beta2**t if second is None else second(beta2, t))
    step = m_hat if above is None else above(grad, m)
    return {"the array of new weights": w - alpha * step / (np.sqrt(r_hat) + eps)}


def adam_eps_inside(w, grad, m, r, t, alpha, beta1, beta2, eps):
    """Mistake: epsilon below the root, as on the lecture's slide."""
    _, m, r = right.adam_update(w, grad, m, r, t, alpha, beta1, beta2, eps)
    step = m / (1 - beta1**t) / np.sqrt(r / (1 - beta2**t) + eps)
    return {"the array of new weights": w - alpha * step}


def adam_without_eps(w, grad, m, r, t, alpha, beta1, beta2, eps):
    """Mistake: divides by 0 where there has never been a gradient."""
    return right.adam_update(w, grad, m, r, t, alpha, beta1, beta2, 0.0)


def adam_without_root(w, grad, m, r, t, alpha, beta1, beta2, eps):
    """Mistake: divides by the average square itself."""
    _, m, r = right.adam_update(w, grad, m, r, t, alpha, beta1, beta2, eps)
    step = m / (1 - beta1**t) / (r / (1 - beta2**t) + eps)
    return {"the array of new weights": w - alpha * step}


def adam_remembering_corrected(w, grad, m, r, t, alpha, beta1, beta2, eps):
    """Mistake: hands on the corrected averages, to be corrected again at the next step."""
    _, m, r = right.adam_update(w, grad, m, r, t, alpha, beta1, beta2, eps)
    return {"the first average": m / (1 - beta1**t), "the second average": r / (1 - beta2**t)}


def adam_with_swapped_rates(w, grad, m, r, t, alpha, beta1, beta2, eps):
    """Mistake: each average with the other's rate."""
    return right.adam_update(w, grad, m, r, t, alpha, beta2, beta1, eps)


def adam_with_unsquared_gradient(w, grad, m, r, t, alpha, beta1, beta2, eps):
    """Mistake: the gradient itself in the second average."""
    new_m, new_r = beta1 * m + (1 - beta1) * grad, beta2 * r + (1 - beta2) * grad
    step = new_m / (1 - beta1**t) / (np.sqrt(new_r / (1 - beta2**t)) + eps)
    return w - alpha * step, new_m, new_r


def nesterov(slope, w, alpha, mu, steps, *, look=None, sign=-1, jump=False):
    """Descent with another point at which the slope is taken, or from which the step leads."""
    path, v = [w], np.zeros_like(w)
    for _ in range(steps):
        ahead = w + (mu if look is None else look(mu)) * v
        v = mu * v + sign * alpha * slope(ahead)
        w = (ahead if jump else w) + v
        path.append(w)
    return np.stack(path)


def path_of_one_array(slope, w, alpha, mu, steps):
    """Mistake: the same array each time, which shows the last point everywhere."""
    path = right.nesterov(slope, w, alpha, mu, steps)
    return np.stack([path[-1]] * len(path))
